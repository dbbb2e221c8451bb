using System.Text;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary>Values that no database can store are refused before they reach the database.</summary>
public sealed class UnstorableValueTests(KiketServer server)
{
    [Theory]
    [InlineData("1e200000")]
    [InlineData("-1e400")]
    [InlineData("1e-20000")]
    public async Task A_number_that_is_too_large_is_refused(string number)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        await PostAsync(tenant, $$"""{"deep": [{{number}}]}""")
            .RefusedAsync(400, "INVALID_PARAMETER", "issue.custom_fields.deep");
        await PostAsync(tenant, $$"""{"long": 0.{{new string('1', 20_000)}}}""")
            .RefusedAsync(400, "INVALID_PARAMETER", "issue.custom_fields.long");
    }

    [Fact]
    public async Task Numbers_in_range_are_kept()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var issue = await PostAsync(
                tenant,
                """{"zero": 0, "none": -0.00e-9, "exact": 9007199254740993, "part": 0.1, "large": 1e300}"""
            )
            .CreatedAsync();

        var fields = issue["custom_fields"]!;
        Assert.Equal(0, (double)fields["zero"]!);
        Assert.Equal(0, (double)fields["none"]!);
        Assert.Equal(9007199254740993, (long)fields["exact"]!);
        Assert.Equal(0.1m, (decimal)fields["part"]!);
        Assert.Equal(1e300, (double)fields["large"]!);
    }

    private static Task<HttpResponseMessage> PostAsync(Tenant tenant, string fields) =>
        tenant.Admin.PostAsync(
            "/api/v1/issues",
            new StringContent(
                "{\"project_key\": \"LEGAL\", \"issue\": {\"title\": \"Numbers\", \"custom_fields\": " + fields + "}}",
                Encoding.UTF8,
                "application/json"
            )
        );
}
