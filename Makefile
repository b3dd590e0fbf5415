.PHONY: package native demo test format clean

package: ## the distribution, in executor/target/slipway
	./mvnw -B -ntp -DskipTests package

native: ## the native executable, in executor/target/native; needs GRAALVM_HOME, or NATIVE_BUILDER for a stand-in
	./mvnw -B -ntp -DskipTests -DskipITs -Pnative pre-integration-test

demo: ## builds Slipway, and a sample image with it
	./mvnw -q -B -ntp -DskipTests package
	@.ci/demo

test: ## everything that CI checks
	.ci/install
	.ci/test

format: ## puts all Java in the house's form
	./mvnw -q -B spotless:apply

clean:
	./mvnw -q -B clean
