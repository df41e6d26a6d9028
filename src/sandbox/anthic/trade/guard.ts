import type { FastifyRequest } from 'fastify';
import { obstacleOf } from '../../guard.js';
import { RefusedError } from '../error.js';

/** Of what is no part of the Trade API and changes something. Error: `forbidden`. */
export function guard(request: FastifyRequest, listening: string): void {
  const obstacle = obstacleOf(request, listening);
  if (obstacle !== undefined) throw new RefusedError('forbidden', obstacle);
}
