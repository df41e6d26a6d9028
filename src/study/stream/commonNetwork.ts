import { SolverError } from '../../base/error.js';
import type { Policy } from '../../settlement/policy.js';
import { checkPolicyNetwork } from '../../settlement/policyFile.js';
import { networkById } from '../../transaction/network.js';

/** A recording that does not fit the others. */
class NetworkError extends SolverError {
  declare readonly code: 'wrong-network';
}

/** Recordings whose figures are added up are of one network, and so are the addresses of the policies they are decided by. */
export class CommonNetwork {
  id: number | undefined;

  constructor(private readonly policies: readonly Policy[]) {}

  /** Error: `wrong-network` where a recording is of another network than a policy, or than the first recording. */
  check(network: number): void {
    if (network === this.id) return;
    if (this.id !== undefined) {
      const message = `expected a recording of network ${this.id}, got one of network ${network}`;
      throw new NetworkError('wrong-network', message, { path: 'network', hint: 'take each network by itself' });
    }
    for (const policy of this.policies) checkPolicyNetwork(policy, networkById(network));
    this.id = network;
  }
}
