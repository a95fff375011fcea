import type { NamedModel } from './model.ts';
import { casRegister } from './models/cas-register.ts';
import { queue, stack } from './models/containers.ts';
import { kv, kvAppend } from './models/kv.ts';
import { multiRegister } from './models/multi-register.ts';
import { mutex } from './models/mutex.ts';
import { set } from './models/set.ts';

/** All models that histories can be judged against, by name. */
export const models: ReadonlyMap<string, NamedModel> = new Map(
  [casRegister, kv, kvAppend, multiRegister, mutex, queue, stack, set].map((model) => [
    model.name,
    model as NamedModel,
  ]),
);
