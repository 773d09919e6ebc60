import { serve } from '../serve';
import { buildSupplier } from './supplier';

void serve('sandbox-supplier', process.env, buildSupplier);
