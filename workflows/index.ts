export { order } from './order';
export { replenishment } from './replenishment';
