import { holdToLaws } from './operator-laws.js';

holdToLaws(4);
