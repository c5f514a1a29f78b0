import { printGraph, trace } from '../src/index.js';
import * as tf from '@tensorflow/tfjs-core';

const vector = { dtype: 'float32', shape: [2] } as const;
const graph = trace(([x]) => [tf.grad((free) => tf.sum(tf.square(free)))(x!)], [vector], { name: 'gradient', inputNames: ['x'] });
export const listing = printGraph(graph);
