const HOST = '127.0.0.1';

/** Names the peer's own namespace: its task queue `orders` has the same name as ours. */
export const PEER_NAMESPACE = 'reference-app';

/** Names the HTTP servers of the peer, which all run in its one API process. */
const SERVICES = ['order', 'shipment', 'billing', 'fraud'] as const;
/** Counts the ports on which the peer listens. */
export const PEER_PORTS = SERVICES.length;

export type PeerUrls = Readonly<Record<(typeof SERVICES)[number], string>>;

/** Builds the URL of each of the peer's servers from as many free ports as `PEER_PORTS`. */
export const peerUrls = (ports: readonly number[]): PeerUrls =>
  Object.fromEntries(SERVICES.map((service, index) => [service, `http://${HOST}:${ports[index]}`])) as PeerUrls;

/**
 * Builds the environment of the peer's processes, without ours. A MONGO_URL would replace its SQLite file, and
 * TEMPORAL_TLS_CERT or TEMPORAL_API_KEY would keep it from our server.
 */
export function peerEnvironment(urls: PeerUrls, temporalAddress: string): NodeJS.ProcessEnv {
  const servers = SERVICES.flatMap((service) => {
    const prefix = `${service.toUpperCase()}_API`;
    return [
      [`${prefix}_URL`, urls[service]],
      [`${prefix}_PORT`, new URL(urls[service]).port],
    ] as const;
  });
  return {
    ...Object.fromEntries(servers),
    BIND_ON_IP: HOST,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_NAMESPACE: PEER_NAMESPACE,
  };
}
