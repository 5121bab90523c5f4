"""The plain way in Python: the samples of a log to InfluxDB, 5000 lines a post, gzip at its least effort, one connection.

usage: influx.py <log> <host:port> <database>
"""

import gzip
import http.client
import sqlite3
import sys

LINES = 5000
SELECT = "SELECT device, time_us, voltage, current, power, sequence, boot, epoch, status FROM power_log ORDER BY time_us"


def main(path, place, database):
    db = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    connection = http.client.HTTPConnection(place)
    lines = []

    def post():
        body = gzip.compress("\n".join(lines).encode(), 1)
        connection.request("POST", "/write?db=%s&precision=u" % database, body, {"Content-Encoding": "gzip"})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 204:
            sys.exit("%d %s" % (answer.status, text))
        lines.clear()

    for device, time, v, a, w, seq, boot, run, status in db.execute(SELECT):
        lines.append(
            'power_sample,device=%s,log=peer voltage_v=%r,current_a=%r,power_w=%r,seq=%di,boot=%di,run=%di,status="%s" %d'
            % (device, v, a, w, seq, boot, run, status, time)
        )
        if len(lines) == LINES:
            post()
    if lines:
        post()


main(*sys.argv[1:])
