#!/usr/bin/env node
// Only syntax and globals that every Node with ES modules knows: an old one must get as far as the sentence below.
var needed = [22, 18];
var running = process.versions.node.split('.').map(Number);

if (running[0] < needed[0] || (running[0] === needed[0] && running[1] < needed[1])) {
  console.error(
    'seedstorm needs Node ' + needed.join('.') + ' or newer, this is ' + process.version,
  );
  process.exit(2);
}

// A command that cannot even load is a fault of the harness, never a verdict: 70, not 1.
import('../dist/src/cli/main.js').catch((error) => {
  console.error(
    error.code === 'ERR_MODULE_NOT_FOUND'
      ? 'seedstorm is not built (npm run build): ' + error.message
      : error,
  );
  process.exitCode = 70;
});
