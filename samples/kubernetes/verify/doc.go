// Package verify checks the manifests beside it: kustomize builds them, they go through what
// the API server does with an object before it stores it, and they are held against what an
// operator relies on. Their commands and their failure policies are tried with the program
// itself. It is a module of its own, so that what it requires stays out of the tool's.
package verify
