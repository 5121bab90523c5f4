#!/usr/bin/env node
import '../dist/ina219.js'
