//go:build tools

// Package tools keeps the requirement on the Node.js language host in go.mod; nothing here is compiled into anything.
package tools

import _ "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs"
