# SPDX-License-Identifier: Apache-2.0
"""The front door: what `make up`, `make down`, `make status`, `make logs` and `make test` do.

Only Python's standard library is used, because this runs before anything is installed but Debian's packages.
"""
