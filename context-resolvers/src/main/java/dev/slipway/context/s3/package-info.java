/** Contexts in S3, MinIO and whatever else speaks S3. The AWS SDK appears here only. */
@NullMarked
package dev.slipway.context.s3;

import org.jspecify.annotations.NullMarked;
