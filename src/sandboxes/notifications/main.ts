import { buildNotifier } from './notifier';
import { serveNotifier } from '../serve';

void serveNotifier('sandbox-notifier', process.env, buildNotifier);
