#!/usr/bin/env node
// Only what every Node with ES modules understands: an old one must get as far as the sentence below.
const needed = [22, 18];
const running = process.versions.node.split('.').map(Number);

if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  console.error(`seedstorm needs Node ${needed.join('.')} or newer, this is ${process.version}`);
  process.exit(2);
}

// A command that cannot even load is a fault of the harness, never a verdict: 70, not 1.
import('../dist/src/cli/main.js').catch((error) => {
  const notBuilt = error.code === 'ERR_MODULE_NOT_FOUND';
  console.error(notBuilt ? `seedstorm is not built (npm run build): ${error.message}` : error);
  process.exitCode = 70;
});
