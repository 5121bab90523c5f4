#include "commands.h"

#include "baud_trial.h"
#include "board.h"
#include "line_reader.h"
#include "outbox.h"
#include "sampler.h"
#include "set_commands.h"
#include "settings.h"

namespace commands {

namespace {

// The last commands carried out, and what was answered. The host has one under
// way at a time; four are plenty.
struct Answer {
  bool isUsed;
  uint32_t number;
  Error error;
};

Answer answers[4];
uint8_t nextAnswer;

// A command that takes a while: its answer follows.
enum class Work : uint8_t { none, reading, saving, zeroing };
Work work = Work::none;
uint32_t workNumber;

const Answer* findAnswer(uint32_t number) {
  for (const Answer& answer : answers) {
    if (answer.isUsed && answer.number == number) return &answer;
  }
  return nullptr;
}

void answer(uint32_t number, Error error) {
  answers[nextAnswer] = {true, number, error};
  nextAnswer = (nextAnswer + 1) % (sizeof answers / sizeof answers[0]);
  outbox::reply(true, number, error, false);
}

void startWork(Work kind, uint32_t number) {
  work = kind;
  workNumber = number;
}

void save(uint32_t number) {
  switch (startSaving()) {
    case Saving::started:
      startWork(Work::saving, number);
      break;
    case Saving::alreadySaved:
      answer(number, Error::none);
      break;
    case Saving::tooOften:
      // Not remembered: the same command may be repeated later.
      outbox::reply(true, number, Error::wear, false);
      break;
  }
}

void obey(const Request& request) {
  const uint32_t number = request.number;
  if (work != Work::none) {
    // The repeat of the command under way is answered when that is done.
    if (number != workNumber) outbox::reply(true, number, Error::busy, false);
    return;
  }
  // Harmless to repeat, and the answer is more than a word.
  if (request.command == Command::hello) {
    outbox::hello();
    outbox::reply(true, number, Error::none, false);
    return;
  }
  if (request.command == Command::selfTest) {
    outbox::note(Note::selfTest);
    outbox::reply(true, number, Error::none, true);
    return;
  }
  if (request.command == Command::read) {
    sampler::requestRead();
    startWork(Work::reading, number);
    return;
  }
  if (const Answer* known = findAnswer(number)) {
    outbox::reply(true, number, known->error, false);
    return;
  }
  if (request.command == Command::save) {
    save(number);
    return;
  }
  if (request.command == Command::setZero && !request.has(Member::value)) {
    sampler::measureZero();
    startWork(Work::zeroing, number);
    return;
  }
  answer(number, setByCommand(request));
}

// The commands were carried out, but that is over: a repeat has to be obeyed.
__attribute__((noinline)) void endTrial() {
  for (Answer& answer : answers) answer.isUsed = false;
  outbox::hello();
}

__attribute__((noinline)) void receive(const Request& request) {
  const bool isUnderstood = request.kind != Request::Kind::bad && request.kind != Request::Kind::empty;
  if (isUnderstood) baud_trial::heard();
  switch (request.kind) {
    case Request::Kind::command:
      obey(request);
      break;
    case Request::Kind::replay:
      outbox::replay(request.first, request.last);
      break;
    case Request::Kind::bad:
      outbox::reply(request.hasNumber, request.number, request.error, false);
      break;
    default:
      break;
  }
}

// Not one function, nor what it calls: each has its part of the stack for itself.
__attribute__((noinline)) bool readLine() {
  for (int16_t byte = board::readByte(); byte >= 0; byte = board::readByte()) {
    if (reader::read(static_cast<uint8_t>(byte))) return true;
  }
  return false;
}

__attribute__((noinline)) void finishWork() {
  if (work == Work::reading && sampler::isReadDone()) {
    outbox::reply(true, workNumber, Error::none, true);
    work = Work::none;
  } else if (work == Work::saving && continueSaving()) {
    answer(workNumber, Error::none);
    work = Work::none;
  } else if (work == Work::zeroing && sampler::zero() != sampler::Zero::pending) {
    const bool isLost = sampler::zero() == sampler::Zero::lost;
    answer(workNumber, isLost ? Error::sensor : setZeroTo(sampler::zeroCounts()));
    work = Work::none;
  }
}

}  // namespace

__attribute__((noinline)) void step() {
  // An answer at a time; what comes in meanwhile waits in the receive buffer.
  if (!outbox::isReplied()) return;
  if (baud_trial::isLost()) endTrial();
  finishWork();
  if (!outbox::isReplied()) return;
  if (readLine()) receive(request);
}

}  // namespace commands
