using Kiket.Domain.Guards;

namespace Kiket.Domain.Tests.Guards;

public sealed class GuardVerdictTests
{
    [Theory]
    [InlineData("Allow", null, "com.example.g allowed the transition.")]
    [InlineData("Pending", null, "com.example.g requires an approval.")]
    [InlineData("Deny", null, "com.example.g denied the transition.")]
    [InlineData("Deny", "The clause is missing.", "The clause is missing.")]
    public void A_verdict_is_a_sentence_for_people(string decision, string? message, string sentence) =>
        Assert.Equal(sentence, Verdict(decision, message).Sentence);

    [Fact]
    public void A_verdict_names_its_approval_and_how_long_it_took()
    {
        var verdict = Verdict("Pending", null);

        Assert.Equal(("guard.com.example.g", "pending after 12 ms"), (verdict.ApprovalKey, verdict.Summary));
    }

    [Fact]
    public void The_strictest_of_several_verdicts_decides() =>
        Assert.Equal(GuardDecision.Deny, new[] { GuardDecision.Pending, GuardDecision.Deny, GuardDecision.Allow }.Max());

    private static GuardVerdict Verdict(string decision, string? message) =>
        new("com.example.g", Enum.Parse<GuardDecision>(decision), message, 12);
}
