#!/bin/sh
# Makes the namespace TEMPORAL_NAMESPACE with its RETENTION and its SEARCH_ATTRIBUTES (Name=Type ...), where they are missing.
set -eu

attempts=0
until temporal operator cluster health > /dev/null 2>&1; do
  attempts=$((attempts + 1))
  if [ "$attempts" -ge 30 ]; then
    # Once more, to show why.
    exec temporal operator cluster health
  fi
  sleep 2
done

if temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" > /dev/null 2>&1; then
  temporal operator namespace update --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
else
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "$RETENTION"
fi

# A namespace is known to every part of the server a few seconds after it was made.
for attribute in $SEARCH_ATTRIBUTES; do
  attempts=0
  until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "${attribute%%=*}" --type "${attribute#*=}"; do
    attempts=$((attempts + 1))
    [ "$attempts" -lt 15 ] || exit 1
    sleep 2
  done
done
