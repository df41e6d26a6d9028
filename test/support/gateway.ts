import { GatewayApiClient, ResponseError } from '@radixdlt/babylon-gateway-api-sdk';

/** The real SDK as the Gateway's client, with its long names made short. */
export function sdk(url: string) {
  const client = GatewayApiClient.initialize({ basePath: url, applicationName: 'anthic-solver tests' });
  const { transaction, status, state } = client;
  const inner = transaction.innerClient;
  return {
    client,
    gatewayStatus: () => status.getCurrent(),
    network: () => status.getNetworkConfiguration(),
    construction: () => inner.transactionConstruction(),
    submit: (hex: string) => inner.transactionSubmit({ transactionSubmitRequest: { notarized_transaction_hex: hex } }),
    status: (id: string) => inner.transactionStatus({ transactionStatusRequest: { intent_hash: id } }),
    subintent: (id: string) =>
      inner.transactionSubintentStatus({ transactionSubintentStatusRequest: { subintent_hash: id } }),
    committed: (id: string, optIns: object = {}) =>
      inner.transactionCommittedDetails({
        transactionCommittedDetailsRequest: { intent_hash: id, opt_ins: optIns },
      }),
    preview: (hex: string, flags: object = {}, opt_ins: object = { core_api_receipt: true }) =>
      inner.transactionPreviewV2({
        transactionPreviewV2Request: {
          preview_transaction: { type: 'Compiled', preview_transaction_hex: hex },
          flags,
          opt_ins,
        } as never,
      }),
    details: (addresses: string[], request: object = {}) =>
      state.innerClient.stateEntityDetails({ stateEntityDetailsRequest: { addresses, ...request } }),
    fungibles: (address: string, request: object = {}) =>
      state.innerClient.entityFungiblesPage({
        stateEntityFungiblesPageRequest: { address, ...request },
      }),
    vaults: (address: string, resource_address: string, request: object = {}) =>
      state.innerClient.entityFungibleResourceVaultPage({
        stateEntityFungibleResourceVaultsPageRequest: { address, resource_address, ...request },
      }),
  };
}

export type Sdk = ReturnType<typeof sdk>;

/** The error of a call that is refused: its status and body. */
export async function refusal(call: Promise<unknown>): Promise<{ status: number; body: any; headers: Headers }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ResponseError)) throw error;
    const { status, errorResponse, fetchResponse } = error as ResponseError & {
      status: number;
      errorResponse: unknown;
      fetchResponse: Response;
    };
    return { status, body: errorResponse, headers: fetchResponse.headers };
  }
  throw new Error('expected the call to be refused');
}

/** A request as text, for bodies that the SDK would not send or not read. */
export async function post(url: string, body?: unknown): Promise<{ status: number; text: string; json: any }> {
  const init = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, ...init });
  const text = await response.text();
  return { status: response.status, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
}
