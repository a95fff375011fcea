import type { Reporter, TestModule } from 'vitest/node';

/** Closes a test run with one line that any machine can read: `123 passed, 0 failed`. */
export default class PlainCountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandledErrors.length;
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed += 1;
        if (state === 'failed') failedTests += 1;
      }
      // A file that does not load, or a hook that throws, fails without any test of it failing.
      failed += module.state() === 'failed' && failedTests === 0 ? 1 : failedTests;
    }
    process.once('exit', () => console.log(`${passed} passed, ${failed} failed`));
  }
}
