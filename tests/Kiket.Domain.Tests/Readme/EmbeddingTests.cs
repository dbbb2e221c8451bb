using EmbeddedWorkflow;

namespace Kiket.Domain.Tests.Readme;

/// <summary>The code of the embedder's guide, which the sample compiles against the public surface only.</summary>
public sealed class EmbeddingTests
{
    [Fact]
    public void The_guide_shows_exactly_the_code_of_the_sample() =>
        ShownCode.AssertSame("docs/embedding.md", "samples/EmbeddedWorkflow/ContractDesk.cs", "guide", 9);

    [Fact]
    public void A_contract_goes_from_its_draft_to_its_signature() =>
        Assert.Equal(
            [
                "REQUIRED_FIELD_MISSING: due_date is required.",
                "IssueUpdated",
                "IssueTransitioned",
                "LEGAL-1 is imminent",
                "LEGAL-1 is recovered",
                "LEGAL-1 is signed",
                "2026-12-21: 10 of 10",
                "2026-12-28: 3 of 10",
            ],
            ContractDesk.Run()
        );
}
