import { ProjectClientCert } from "pulumi-vercel-client-cert";
import { readDeclared } from "./declared";

for (const { name, ...args } of readDeclared()) {
    new ProjectClientCert(name, args);
}
