export * from '../../testing/laws/finite-differences.js';
