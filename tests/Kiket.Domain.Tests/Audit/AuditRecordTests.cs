using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kiket.Domain.Audit;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Audit;

public sealed class AuditRecordTests
{
    [Fact]
    public void The_hashed_text_is_flat_sorted_and_free_of_what_hash_helpers_escape_differently()
    {
        var record = Record("""{"changes":[{"name":"Ünïcödé <b> & 'x'"}]}""");

        using var parsed = JsonDocument.Parse(record.Canonical);
        var names = parsed.RootElement.EnumerateObject().Select(m => m.Name).ToList();

        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.All(
            parsed.RootElement.EnumerateObject(),
            m => Assert.True(m.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.Null)
        );
        Assert.DoesNotContain(record.Canonical, c => c is '&' or '\'' or '+' or '<' or '>' or '\\' or '`' or > '~' or ' ');
        Assert.Equal(
            """
            {"action":"create_issue","actor_id":7,"at":"2026-11-28T12:00:00.123Z","credential":"token:5","details_sha256":"
            """
                + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(record.Details)))
                + """
                ","organization_id":1,"subject_id":42,"subject_type":"issue"}
                """,
            record.Canonical
        );
    }

    [Fact]
    public void The_content_hash_depends_on_the_details()
    {
        Assert.NotEqual(Record("{}").ComputeContentHash(), Record("{ }").ComputeContentHash());
        Assert.Equal(Record("{}").ComputeContentHash(), Record("{}").ComputeContentHash());
    }

    [Fact]
    public void The_chain_is_the_hash_of_the_chain_before_and_the_content()
    {
        var content = Record("{}").ComputeContentHash();

        var chain = AuditRecord.Follow(AuditRecord.Origin, content);

        Assert.Equal(SHA256.HashData([.. new byte[32], .. content]), chain);
    }

    private static AuditRecord Record(string details) =>
        new()
        {
            OrganizationId = new OrganizationId(1),
            At = new(2026, 11, 28, 14, 0, 0, 123, TimeSpan.FromHours(2)),
            Action = "create_issue",
            ActorId = new UserId(7),
            Credential = "token:5",
            SubjectType = "issue",
            SubjectId = 42,
            Details = details,
        };
}
