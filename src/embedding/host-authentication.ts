import { z } from 'zod';
import { internalError } from '../domain/errors.js';
import type { Principal } from '../domain/principal.js';
import { scopes } from '../domain/rows/api-key.js';
import type { Authenticate } from '../middlewares/authenticate.js';
import { userId } from '../schemas/shared/text.js';
import { asHost } from './host-request.js';
import type { GuichetOptions } from './options.js';

const principal = z.object({ userId: userId.nullable(), scopes: z.array(z.enum(scopes)) });

/**
 * The host's word for who asks. An answer that is none is a 500 and no guess: a forgotten `userId` would otherwise be
 * everybody's server. An error with the status 401 is nobody.
 */
export function hostAuthentication(authenticate: NonNullable<GuichetOptions['authenticate']>): Authenticate {
  return async (req) => {
    const answer = await asHost(req, () => authenticate(req)).catch(orNobody);
    return answer === null || answer === undefined ? null : principalOf(answer);
  };
}

function principalOf(answer: unknown): Principal {
  const parsed = principal.safeParse(answer);
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  throw internalError(
    'invalid_principal',
    `authenticate must give { userId, scopes }, with a userId of null for a server, or null for nobody (${wrong})`,
  );
}

function orNobody(error: unknown): null {
  if (error instanceof Error && 'status' in error && error.status === 401) return null;
  throw error;
}
