-- AlterEnum
ALTER TYPE "task_kind" ADD VALUE 'chase_supplier';
