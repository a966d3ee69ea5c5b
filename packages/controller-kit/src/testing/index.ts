export { type SelfSigned, selfSignedCertificate } from "./certificate.ts";
export {
  FakeApiServer,
  type FakeApiServerOptions,
  type FakeWatch,
  type Fault,
  type RecordedRequest,
} from "./fake-api-server.ts";
export { type FakeEvent, type FakeObject, FakeObjects, FakeRefusal } from "./fake-objects.ts";
export { TcpProxy } from "./tcp-proxy.ts";
export { storesWith, watchOf } from "./stores.ts";
