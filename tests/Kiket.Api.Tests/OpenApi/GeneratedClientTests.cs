using Kiket.Api.Tests.Infrastructure;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag.CodeGeneration.CSharp;
using NSwag.CodeGeneration.OperationNameGenerators;

namespace Kiket.Api.Tests.OpenApi;

public sealed class GeneratedClientTests(KiketServer server)
{
    [Fact]
    public async Task A_csharp_client_is_generated_from_the_document_and_compiles()
    {
        var document = await ApiDocument.ReadAsync(server);

        var source = new CSharpClientGenerator(document.Document, new CSharpClientGeneratorSettings
        {
            ClassName = "KiketClient",
            OperationNameGenerator = new SingleClientFromOperationIdOperationNameGenerator(),
            CSharpGeneratorSettings =
            {
                Namespace = "Kiket.Client",
                JsonLibrary = NJsonSchema.CodeGeneration.CSharp.CSharpJsonLibrary.SystemTextJson,
                GenerateNullableReferenceTypes = true,
            },
        }).GenerateFile();
        var compilation = CSharpCompilation.Create(
            "Kiket.Client",
            [CSharpSyntaxTree.ParseText(source)],
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(path => !Path.GetFileName(path).StartsWith("Kiket.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path)),
            new(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));

        Assert.Empty(compilation.GetDiagnostics().Where(d => d.Severity is DiagnosticSeverity.Error).Select(d => d.ToString()));
        Assert.Contains("GetIssueAsync(string issue", source, StringComparison.Ordinal);
        Assert.Contains("CreateIssueAsync(", source, StringComparison.Ordinal);
        Assert.DoesNotContain("class Anonymous", source, StringComparison.Ordinal);
    }
}
