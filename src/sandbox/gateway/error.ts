/** An answer of the Gateway that is no success (docs/interfaces.md §1.2). */
export class GatewayError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly details?: Readonly<Record<string, unknown>>,
  ) {
    super(message);
  }
}

export function invalidRequest(path: string, ...errors: string[]): GatewayError {
  return new GatewayError(400, 'One or more validation errors occurred.', {
    type: 'InvalidRequestError',
    validation_errors: [{ path, errors }],
  });
}

/**
 * A submission that is refused. The real server passes its message as the discriminator, so that this is what stands in
 * `details.type` (docs/interfaces.md §1.1): whoever goes by the type alone shall notice here.
 */
export function refusedSubmission(message: string): GatewayError {
  return new GatewayError(400, message, { type: message });
}

export function transactionNotFound(intentId: string): GatewayError {
  return new GatewayError(404, 'Transaction not found.', { type: 'TransactionNotFoundError', intent_hash: intentId });
}

export function entityNotFound(address: string): GatewayError {
  return new GatewayError(404, 'Entity not found.', { type: 'EntityNotFoundError', address });
}

export function invalidEntity(address: string): GatewayError {
  return new GatewayError(400, 'Entity is of another type.', { type: 'InvalidEntityError', address });
}

export function notSyncedUp(delaySeconds: number): GatewayError {
  return new GatewayError(500, 'The Gateway is not synced up.', {
    type: 'NotSyncedUpError',
    request_type: 'Read',
    current_sync_delay_seconds: delaySeconds,
    max_allowed_sync_delay_seconds: 720,
  });
}

export function internalError(exception: string): GatewayError {
  return new GatewayError(500, 'An unexpected error occurred.', {
    type: 'InternalServerError',
    exception,
    cause: 'N/A',
  });
}
