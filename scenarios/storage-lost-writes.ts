import { wrongWrites } from './storage/one-disk.ts';

export default wrongWrites('phantom-write', 'writes that never happen');
