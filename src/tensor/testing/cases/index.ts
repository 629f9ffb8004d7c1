import { elementwiseCases } from './elementwise.js';
export const cases = elementwiseCases;
