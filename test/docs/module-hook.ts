/** Lets `seedstorm` mean these sources for a program that a guide runs with plain Node. */
import { installModuleHook } from '../../src/run/module-hook.ts';

installModuleHook();
