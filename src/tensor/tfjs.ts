/// <reference types="@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops.js" preserve="true" />
/**
 * tfjs as everything here takes it: the operations of tfjs-core, its gradients and chained operations, and the `cpu` backend, which
 * is the reference. The package `@tensorflow/tfjs` would bring layers, a converter, data sets and WebGL besides, which take 200 MB.
 * All copies of tfjs-core in a process share one engine, so programs that import `@tensorflow/tfjs` fit as well.
 */
import { createRequire } from 'node:module';
import '@tensorflow/tfjs-backend-cpu';

export * from '@tensorflow/tfjs-core';

createRequire(import.meta.url)('#tfjs-gradients');
