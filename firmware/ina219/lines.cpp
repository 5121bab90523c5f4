#include "lines.h"

#include "line_writer.h"
#include "settings.h"

static const char kStatusNames[][9] PROGMEM = {"ok", "ovf", "clip", "nosensor", "error", "reset"};
static const char kErrorNames[][9] PROGMEM = {"",    "unknown",  "range", "syntax",
                                              "crc", "overlong", "busy",  "sensor", "wear"};
static const char kNotes[][31] PROGMEM = {
    "restarted by the watchdog",  "sensor lost",        "sensor found",
    "sensor restarted, set up again", "threshold exceeded", "threshold released",
    "I2C slowed down to 100 kHz",
};

void writeHello(uint32_t firstNew) {
  line::begin(PSTR("{\"hello\":\"ina219\",\"fw\":\"1.0.0\",\"proto\":1,\"boot\":"));
  line::number(bootNumber);
  line::text(PSTR(",\"seq\":"));
  line::number(firstNew);
  line::text(PSTR(",\"depth\":"));
  line::number(RING_DEPTH);
  line::text(PSTR(",\"interval\":"));
  line::number(settings.intervalMs);
  line::text(PSTR(",\"shunt\":"));
  line::shortest(settings.shuntUohm, 6);
  line::text(PSTR(",\"range\":"));
  line::number(settings.rangeV);
  line::text(PSTR(",\"amax\":"));
  line::shortest(effectiveAmaxUa(), 6);
  line::text(PSTR(",\"avg\":"));
  line::number(1u << settings.averaging);
  line::text(PSTR(",\"bits\":"));
  line::number(settings.bits);
  line::text(PSTR(",\"addr\":"));
  line::number(settings.address);
  line::text(PSTR(",\"baud\":"));
  line::number(settings.baud);
  line::text(settings.isPolled ? PSTR(",\"mode\":\"poll\"") : PSTR(",\"mode\":\"stream\""));
  line::end();
}

// Rounded down, also where the sample is older than the reference.
static void writeUnixTime(const Context& context, uint32_t ms) {
  uint32_t seconds = context.unixS;
  int32_t past = static_cast<int32_t>(ms - context.unixAtMs);
  if (past < 0) {
    const uint32_t whole = (static_cast<uint32_t>(-past) + 999) / 1000;
    seconds -= whole;
    past += static_cast<int32_t>(whole * 1000);
  } else if (past >= 1000) {
    const uint32_t whole = static_cast<uint32_t>(past) / 1000;
    seconds += whole;
    past -= static_cast<int32_t>(whole * 1000);
  }
  line::text(PSTR(",\"ts\":"));
  line::number(seconds);
  line::put('.');
  const uint16_t fraction = static_cast<uint16_t>(past);
  if (fraction < 100) line::put('0');
  if (fraction < 10) line::put('0');
  line::number(fraction);
}

void writeSample(uint32_t seq, const RawSample& sample, const Context& context, bool isResend) {
  const uint16_t busCounts = sample.busCounts();
  const uint32_t current = currentMagnitude(context.scale, sample.shunt);
  const uint32_t power = powerMagnitude(current, busCounts);
  const bool isNegative = sample.shunt < 0;

  line::begin(PSTR("{\"v\":"));
  line::fixed(busCounts * kBusLsbMv, kVoltageDecimals);
  line::text(PSTR(",\"a\":"));
  if (isNegative) line::put('-');
  line::fixed(current, context.scale.decimals);
  line::text(PSTR(",\"w\":"));
  if (isNegative && power) line::put('-');
  line::fixed(power, context.scale.decimals + 1);
  if (context.hasUnixTime) {
    writeUnixTime(context, sample.ms);
  } else {
    line::text(PSTR(",\"ms\":"));
    line::number(sample.ms);
  }
  line::text(PSTR(",\"seq\":"));
  line::number(seq);
  line::text(PSTR(",\"status\":\""));
  line::text(kStatusNames[static_cast<uint8_t>(sample.status())]);
  line::put('"');
  if (isResend) line::text(PSTR(",\"r\":1"));
  line::end();
}

void writeReply(bool hasNumber, uint32_t number, Error error) {
  line::begin(error == Error::none ? PSTR("{\"ack\":") : PSTR("{\"nack\":"));
  if (hasNumber) {
    line::number(number);
  } else {
    line::text(PSTR("null"));
  }
  if (error == Error::none) {
    line::text(PSTR(",\"result\":\"ok\""));
  } else {
    line::text(PSTR(",\"error\":\""));
    line::text(kErrorNames[static_cast<uint8_t>(error)]);
    line::put('"');
  }
  line::end();
}

void writeGone(uint32_t first, uint32_t last) {
  line::begin(PSTR("{\"gone\":["));
  line::number(first);
  line::put(',');
  line::number(last);
  line::put(']');
  line::end();
}

void writeNote(Note note) {
  line::begin(PSTR("{\"type\":\"status\",\"message\":\""));
  line::text(kNotes[static_cast<uint8_t>(note)]);
  line::put('"');
  line::end();
}
