/**
 * File formats and safe files: IDX, NPZ, safetensors, JSON and pictures, checksums, files that appear only when they are complete, locks;
 * and how long something takes, as text. Nothing here knows data sets or models.
 */
package io.github.mnistebm.io;
