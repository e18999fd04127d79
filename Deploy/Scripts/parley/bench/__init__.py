# SPDX-License-Identifier: Apache-2.0
"""`make bench`: what Parley costs, beside its peers in the same run, against the marks of its design."""
