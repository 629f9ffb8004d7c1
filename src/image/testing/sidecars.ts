/** A sidecar as Lightroom writes them: properties by attributes, and elements with more. */
export const sidecarFile = (attributes: string, inside = ''): Uint8Array =>
  new TextEncoder().encode(
    `<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
  xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" ${attributes}>${inside}</rdf:Description></rdf:RDF></x:xmpmeta>`,
  );
