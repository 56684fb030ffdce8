export { ProjectClientCert, type PrivateKeySource, type ProjectClientCertArgs } from "./projectClientCert";
