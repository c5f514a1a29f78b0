export { encodeFloat16, toFloat32 } from './convert.js';
export { bytesPerElement, dtypes, type DType, type ElementArray, type TensorView } from './dtype.js';
export { WeightsError } from './errors.js';
export { maxHeaderBytes, parseHeader, type Header, type TensorEntry } from './header.js';
export { openSafetensors, viewBytes, type SafetensorsFile } from './open.js';
export { serializeSafetensors, type TensorInput, type WriteOptions } from './serialize.js';
export { fileSource, memorySource, type ByteSource } from './source.js';
export { writeFileAtomically, writeSafetensors } from './write.js';
