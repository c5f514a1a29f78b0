/**
 * TensorFlow.js keeps its gradients apart from its core, in files that Node cannot import on their own
 * (extensionless ES module paths). The layers package carries them in a form that every runtime loads,
 * and needs nothing but the core; importing it registers them.
 */
import '@tensorflow/tfjs-layers';
