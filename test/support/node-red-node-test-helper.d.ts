declare module 'node-red-node-test-helper' {
  import type { Node, NodeAPI } from 'node-red';

  interface TestHelper {
    init(runtimePath: string, settings?: object): void;
    load(nodes: ((RED: NodeAPI) => void)[], flow: object[], credentials?: object): Promise<void>;
    setFlows(flow: object[], type: 'full' | 'flows' | 'nodes'): Promise<void>;
    unload(): Promise<void>;
    getNode(id: string): Node;
    /** A spy that has seen every log entry. */
    log(): { args: { level: number; msg: unknown }[][] };
  }

  const helper: TestHelper;
  export default helper;
}
