#!/bin/sh
# Starts the broker with two users: `logger` writes, `reader` reads (mosquitto.acl).
#
#   broker.sh [folder for what is made] [port]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=${1:-/mosquitto/data}
port=${2:-1883}
umask 077
rm -f "$folder/passwords"
touch "$folder/passwords"
mosquitto_passwd -b "$folder/passwords" logger "$LOGGER_PASSWORD"
mosquitto_passwd -b "$folder/passwords" reader "$READER_PASSWORD"
sed -e "s|@FOLDER@|$folder|g" -e "s|@PORT@|$port|g" -e "s|@HERE@|$here|g" \
  "$here/mosquitto.conf" > "$folder/mosquitto.conf"
if [ "$(id -u)" = 0 ]; then
  cp "$here/mosquitto.acl" "$folder/acl"
  chown -R mosquitto: "$folder"
else
  cp "$here/mosquitto.acl" "$folder/acl"
fi
exec mosquitto -c "$folder/mosquitto.conf"
