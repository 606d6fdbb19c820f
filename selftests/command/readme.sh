#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Tests for the example in the README, which the Makefile extracts and compiles.
# It prints a tag. If that is not possible, it fails and prints nothing on
# standard output.
# shellcheck source-path=SCRIPTDIR
. "$(dirname "$0")/tap.sh"

readme=$(dirname "$0")/readme
tag=$("$readme")
result 'readme' $? "$tag"
[ "$tag" = "$(printf message | openssl dgst -sha256 -hmac key | sed 's/.*= //')" ]
result 'its tag' $? "$tag"
! "$readme" >/dev/full
result 'a full disk' $? 'no failure'
mv /dev/hmac /dev/hmac-away
! said=$("$readme" 2>/dev/null) && [ -z "$said" ]
result 'no device' $? "$said"
mv /dev/hmac-away /dev/hmac
finish
