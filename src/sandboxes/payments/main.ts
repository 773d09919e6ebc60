import { buildGateway } from './gateway';
import { serve } from '../serve';

void serve('sandbox-gateway', process.env, buildGateway);
