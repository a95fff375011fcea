import { beyond } from '../common/beyond.ts';

type Reasons = Readonly<Record<string, string>>;

/** The masters are a Raft group whose members nobody changes. */
export const sameMasters: Reasons = beyond(
  'no operator changes the masters',
  ...['I29', 'I30', 'I31', 'I33'],
);

/** Where no disk is wiped. */
export const noWipes: Reasons = beyond('no disk is wiped', 'I34');

/** Where no byte rots and no write is torn, lost or misdirected. */
export const noDamage: Reasons = beyond('no disk is damaged', ...['I45', 'I47', 'SA5']);

/** Where no node stops or is cut off, so that whoever leads goes on. */
export const leadersStay: Reasons = beyond(
  'no node ever fails or leaves its role',
  ...['I3', 'I6', 'I7', 'I8', 'I20', 'I25', 'I26', 'I27', 'I56'],
);

/** Where no node stops. */
export const noRestarts: Reasons = beyond('no node stops', ...['I36', 'SA4']);

/** Where servers always hear what was ordered, in its order. */
export const noLateWords: Reasons = beyond('no word comes so late', 'SF7');
