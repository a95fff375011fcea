import { wrongWrites } from './storage/one-disk.ts';

export default wrongWrites('misdirected-write', 'writes that land elsewhere');
