import type { BaseRequest } from './base-request';
import { fanInNormal } from './fan-scaled';

/**
 * LeCun, Bottou, Orr, Müller, "Efficient BackProp" (1998), section 4.6: variance 1 / fan-in, here times gain^2, so that
 * the gain is the sigma_w of mean-field theory. Row-major float32, rows x columns. Throws `init.*`, `shape.*`.
 */
export const lecunNormal = (request: BaseRequest): Float32Array<ArrayBuffer> => fanInNormal(request, 1);
