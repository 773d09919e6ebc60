import { buildCarrier } from './carrier';
import { serve } from '../serve';

void serve('sandbox-carrier', process.env, buildCarrier);
