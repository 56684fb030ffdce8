export { ProjectClientCert } from "./resource/projectClientCert";
export type { CertificateExpiry } from "./certificates/checks/expiries";
// In a line of its own: programs may be compiled by the TypeScript 3.8 that the SDK brings, which knows no `type` among
// other names.
export type { PassphraseSource, PrivateKeySource, ProjectClientCertArgs } from "./resource/projectClientCert";
