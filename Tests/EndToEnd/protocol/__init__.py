# SPDX-License-Identifier: Apache-2.0
"""A client of the protocol between Parley's services, written from Docs/Protocol.md and from nothing else.

It is there for two readers: for tests, which learn from it whether the page and the services agree, and for people who
write a client in another language. Read it in the order of the page: `link` (TLS), `preface`, `frames`, `connection`
(calls and credit), `metadata`, `tokens`, `status`. Numbers of sections in comments are the page's.

It has no threads: what arrives is looked at while somebody waits for something. A client that lives longer than a test
must listen all the time, if only to answer PING.
"""
