//go:build tools

// Package tools keeps the requirement on the Pulumi CLI in go.mod; nothing here is compiled into anything.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
