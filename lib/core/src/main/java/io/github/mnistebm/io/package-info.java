/**
 * File formats and safe files: IDX, NPZ, safetensors and JSON, checksums, files that appear only when they are complete, locks. Nothing
 * here knows images or models.
 */
package io.github.mnistebm.io;
