#include "lines.h"

#include "board.h"
#include "health.h"
#include "line_writer.h"
#include "outputs.h"
#include "settings.h"
#include "texts.h"

// In the order of their enumerations.
static const char kStatusNames[] PROGMEM = "ok\0ovf\0clip\0nosensor\0error\0reset\0part\0";
static const char kErrorNames[] PROGMEM =
    "unknown\0range\0syntax\0crc\0overlong\0busy\0sensor\0wear\0";
static const char kNotes[] PROGMEM =
    "restarted by the watchdog\0sensor lost\0sensor found\0sensor restarted, set up again\0"
    "threshold exceeded\0threshold released\0I2C slowed down to 100 kHz\0output cut off\0selftest: reset \0";
static const char kResetCauses[] PROGMEM = "unknown\0power\0external\0brown-out\0watchdog\0";

// The one at `place`, and the quotation mark behind it.
static void writeName(PGM_P names, uint8_t place) {
  line::text(textAt(names, place));
  line::put('"');
}

void beginHello(uint32_t firstNew) {
  line::begin(PSTR("{\"hello\":\"ina219\",\"fw\":\"1.1.0\",\"proto\":1,\"boot\":"));
  line::number(bootNumber);
  line::text(PSTR(",\"seq\":"));
  line::number(firstNew);
  line::text(PSTR(",\"depth\":"));
  line::number(ringDepth());
  line::text(PSTR(",\"interval\":"));
  line::number(settings.intervalMs);
  line::text(PSTR(",\"shunt\":"));
  line::shortest(settings.shuntUohm, 6);
  line::text(PSTR(",\"range\":"));
  line::number(settings.rangeV);
  line::text(PSTR(",\"amax\":"));
  line::shortest(effectiveAmaxUa(), 6);
  line::pause();
}

// {"A":true, ...
static void writeStates() {
  const uint8_t states = outputs::states();
  for (uint8_t i = 0; i < outputs::kOutputs; i++) {
    line::put(i ? ',' : '{');
    line::put('"');
    line::put('A' + i);
    line::text(states >> i & 1 ? PSTR("\":true") : PSTR("\":false"));
  }
  line::put('}');
}

void writeOutputs() {
  line::begin(PSTR("{\"outputs\":"));
  writeStates();
  line::end();
}

void endHello() {
  line::resume();
  line::text(PSTR(",\"avg\":"));
  line::number(1u << settings.averaging);
  line::text(PSTR(",\"bits\":"));
  line::number(settings.bits);
  line::text(PSTR(",\"addr\":"));
  line::number(settings.address);
  line::text(PSTR(",\"baud\":"));
  line::number(settings.baud);
  line::text(settings.isPolled ? PSTR(",\"mode\":\"poll\"") : PSTR(",\"mode\":\"stream\""));
  line::text(PSTR(",\"zero\":"));
  const int16_t zero = settings.zeroCounts;
  if (zero < 0) line::put('-');
  line::shortest(currentAtUv(static_cast<uint16_t>(zero < 0 ? -zero : zero) * 10ul, settings.shuntUohm), 6);
  line::text(PSTR(",\"gain\":"));
  line::shortest(settings.gainMillionths, 6);
  if (settings.isDetailed) line::text(PSTR(",\"detail\":true"));
  if (settings.isInUs) line::text(PSTR(",\"us\":true"));
  if (settings.keepsOutputs) line::text(PSTR(",\"keep\":true"));
  line::text(PSTR(",\"outputs\":"));
  writeStates();
  line::end();
}

// Rounded down, also where the sample is older than the reference.
static void writeUnixTime(const Context& context, const Moment& at) {
  // The sample may lie before the reference: not by that much.
  constexpr uint32_t kBeforeS = 2000000;
  const uint32_t past = at.ms - context.unixAtMs + kBeforeS * 1000;
  const uint32_t seconds = context.unixS - kBeforeS + past / 1000;
  const uint16_t ms = static_cast<uint16_t>(past % 1000);
  line::text(PSTR(",\"ts\":"));
  line::number(seconds);
  line::put('.');
  line::padded(ms, 3, 0);
}

void writeTime(const Context& context, const Moment& at) {
  if (context.hasUnixTime) {
    writeUnixTime(context, at);
  } else {
    line::text(context.isInUs ? PSTR(",\"us\":") : PSTR(",\"ms\":"));
    if (!context.isInUs || at.ms) line::number(at.ms);
  }
  if (!context.isInUs) return;
  const uint16_t us = static_cast<uint16_t>(at.ticks) * 4;
  if (context.hasUnixTime || at.ms) {
    line::padded(us, 3, 0);
  } else {
    line::number(us);
  }
}

static void writeSigned(const Scale& scale, int16_t shunt) {
  if (shunt < 0) line::put('-');
  line::fixed(currentMagnitude(scale, shunt), scale.decimals);
}

// In thousandths, cut off.
static void writeTotal(const Sum& sum, uint8_t by, uint32_t over) {
  Wide total(sum);
  total.multiply(by);
  total.divide(over);
  if (sum.isNegative()) line::put('-');
  line::thousandths(total);
}

static void writeDetail(const Detail& detail, const Context& context) {
  line::text(PSTR(",\"n\":"));
  line::number(detail.n);
  line::text(PSTR(",\"vmin\":"));
  line::fixed(detail.busMin * kBusLsbMv, kVoltageDecimals);
  line::text(PSTR(",\"vmax\":"));
  line::fixed(detail.busMax * kBusLsbMv, kVoltageDecimals);
  line::text(PSTR(",\"amin\":"));
  writeSigned(context.scale, detail.shuntMin);
  line::text(PSTR(",\"amax\":"));
  writeSigned(context.scale, detail.shuntMax);
  // A count is 10 / shuntUohm A, a tick 4 us: 40 / shuntUohm uC.
  line::text(PSTR(",\"mc\":"));
  writeTotal(detail.totals.charge, 40, context.shuntUohm);
  // By a count of 4 mV: 0.16 / shuntUohm uJ.
  line::text(PSTR(",\"mj\":"));
  writeTotal(detail.totals.energy, 4, context.shuntUohm * 25);
}

void writeSample(uint32_t seq, const Sample& sample, const Context& context, bool isResend) {
  const uint16_t busCounts = sample.busCounts();
  const uint32_t current = currentMagnitude(context.scale, sample.shunt);
  const bool isNegative = sample.isMean ? sample.power < 0 : sample.shunt < 0;
  const uint32_t power = !sample.isMean ? powerMagnitude(current, busCounts)
                         : isNegative   ? static_cast<uint32_t>(-sample.power)
                                        : static_cast<uint32_t>(sample.power);

  line::begin(PSTR("{\"v\":"));
  line::fixed(busCounts * kBusLsbMv, kVoltageDecimals);
  line::text(PSTR(",\"a\":"));
  if (sample.shunt < 0) line::put('-');
  line::fixed(current, context.scale.decimals);
  line::text(PSTR(",\"w\":"));
  if (isNegative && power) line::put('-');
  line::fixed(power, context.scale.decimals + 1);
  if (sample.hasDetail) writeDetail(sample.detail, context);
  writeTime(context, sample.at);
  line::text(PSTR(",\"seq\":"));
  line::number(seq);
  line::text(PSTR(",\"status\":\""));
  writeName(kStatusNames, static_cast<uint8_t>(sample.status()));
  if (isResend) line::text(PSTR(",\"r\":1"));
  line::end();
}

uint8_t sampleRoom() { return settings.isDetailed ? kDetailRoom : kSampleRoom; }

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
    writeName(kErrorNames, static_cast<uint8_t>(error) - 1);
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

static __attribute__((noinline)) void writeSelfTest() {
  line::text(textAt(kResetCauses, static_cast<uint8_t>(board::resetCause())));
  line::text(PSTR(", stack "));
  line::number(board::stackLeft());
  line::text(PSTR(" B, bus errors "));
  line::number(health.busErrors);
  line::text(PSTR(", missed "));
  line::number(health.missed);
  line::text(isEepromGood() ? PSTR(", EEPROM ok") : PSTR(", EEPROM bad"));
}

void writeNote(Note note) {
  line::begin(PSTR("{\"type\":\"status\",\"message\":\""));
  line::text(textAt(kNotes, static_cast<uint8_t>(note)));
  if (note == Note::selfTest) writeSelfTest();
  line::put('"');
  line::end();
}
