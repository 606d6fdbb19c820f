#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The README's example, which the Makefile compiled from the README itself: it
# runs, and prints a tag; where it cannot, it fails, and standard output has
# nothing that could be taken for one.
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
